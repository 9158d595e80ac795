CREATE DATABASE person_keys;
